"""Ranks a folder as if its query investors were known by fewer of their investments than they are, with their theses and without.

Each of them has many; a regime is made by forgetting all but the latest, and the model is that of the whole history, so that
what differs is what is known of the investor alone. Differences are to all being known without a thesis and, of the lists with
one, to the same number of investments without it, with the intervals of variants.py; startups say what they are raising."""
from variants import SUBSETS, ranked, say

# No investment, 1 to 3 of them, 4 to 9, and all, which is ten at least.
KNOWN = {"0": ("--known", "0"), "2": ("--known", "2"), "6": ("--known", "6"), "all": ()}

whole = ranked()
for name, options in KNOWN.items():
    silent = ranked(*options) if options else whole
    declared = ranked("--thesis", *options)
    for subset in SUBSETS:
        for measure in ("NDCG@10", "R@50"):
            what = f"{subset}.{measure.lower().replace('@', '')}"
            say(f"regimes.{name}.history.{what}", silent[subset], measure, to_all=whole[subset])
            say(f"regimes.{name}.thesis.{what}", declared[subset], measure, to_all=whole[subset], to_history=silent[subset])
