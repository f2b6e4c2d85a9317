"""Learns and ranks a folder again and again, each time without one heading of signals, and prints the loss with an interval.

The interval is the paired one of variants.py; startups say what they are raising."""
from variants import SUBSETS, ranked, say

KINDS = ("focus", "place", "stage", "size", "syndicate", "text", "market")

whole = ranked()
for subset in SUBSETS:
    say(f"ablations.none.{subset}", whole[subset])
for kind in KINDS:
    without = ranked("--without", kind)
    for subset in SUBSETS:
        say(f"ablations.{kind}.{subset}", without[subset], difference=whole[subset])
