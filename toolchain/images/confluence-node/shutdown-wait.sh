#!/bin/sh
# For a preStop hook, as in the vendor's image: tells the node to stop and waits, without a limit of its own, for its end.
kill -TERM 1
while kill -0 1 2> /dev/null; do
  sleep 0.5
done
