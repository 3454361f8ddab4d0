# What must hold of the merged tree, whatever has been merged so far.
for script in src/*.sh; do
  [ ! -e "$script" ] || sh -n "$script" || exit 1
done
grep -q '^# News' NEWS.md
