# One test, in the Test Anything Protocol, which Divisi counts.
echo 1..1
sum=$(sh src/total.sh apple apple)
if [ "$sum" = 60 ]; then
  echo 'ok 1 - two apples'
else
  echo "not ok 1 - two apples: expected 60, not $sum"
  exit 1
fi
