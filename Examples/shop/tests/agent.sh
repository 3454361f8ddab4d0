# Stands in for an agent: does what the step asks for, with the slips of a real one.
prompt=$1
echo "I read my task: $(head -n 1 "$prompt")"
sleep 0.3
case $DIVISI_STEP in
prices) printf 'apple 30\nbread 250\nmilk 120\n' > src/prices.txt ;;
total)
  if grep -q 'expected 60' "$prompt"; then
    echo 'The gate says what is wrong: each article counts.'
    cat > src/total.sh <<'SCRIPT'
sum=0
for article in "$@"; do
  sum=$((sum + $(grep "^$article " src/prices.txt | cut -d ' ' -f 2)))
done
echo "$sum"
SCRIPT
  else
    echo 'grep "^$1 " src/prices.txt | cut -d " " -f 2' > src/total.sh
  fi
  ;;
search)
  if [ "$DIVISI_ATTEMPT_NUMBER" = 1 ]; then
    echo 'Something ends me in the midst of my work.'
    kill -9 $$
  fi
  echo 'grep "$1" src/prices.txt' > src/search.sh
  ;;
greeting) echo 'Welcome to the shop.' > src/greeting.txt ;;
news-basket) echo '- Baskets know what they cost.' >> NEWS.md ;;
news-search) echo '- Articles can be searched.' >> NEWS.md ;;
esac
echo "Done with $DIVISI_STEP."
