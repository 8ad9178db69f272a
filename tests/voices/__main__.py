"""`python -m tests.voices`: what becomes of fifteen habits over 200 messages, and whether they can be told apart."""

from collections import Counter

from tests.voices.hearing import hear, length_band, things_to_say
from tests.voices.people import HABITS
from tests.voices.telling_apart import ERROR, at_chance, comparisons, least_noticed, told_apart


def main() -> None:
    """Print the tables."""
    sayings = things_to_say()
    print(f"{len(sayings)} messages, languages: {dict(Counter(said.locale for said in sayings))}\n")
    print("Details in characters: shortest, middle, longest; then the same before short ones are completed.")
    print(
        f"{'habit':<18}{'passes':>7}{'blocked':>9}{'completed':>11}{'details':>14}{'before':>14}  blocked or warned by"
    )
    for habit in HABITS:
        heard = [hear(habit, said, number) for number, said in enumerate(sayings)]
        passed = sum(one.reply is not None for one in heard)
        told_on = sum("completed" in one.rules for one in heard)
        rules = Counter(rule for one in heard for rule in one.blocked_by)
        warned = Counter(f"{one.rule} (warns)" for each in heard if each.reply for one in each.warned)
        bands = [
            "/".join(map(str, length_band(habit, sayings, completing=completing))) if passed else ""
            for completing in (True, False)
        ]
        named = ", ".join(f"{rule} {count}" for rule, count in [*rules.most_common(4), *warned.items()])
        print(f"{habit:<18}{passed:>7}{len(heard) - passed:>9}{told_on:>11}{bands[0]:>14}{bands[1]:>14}  {named}")
    tests = len(comparisons())
    few, share = least_noticed(len(sayings), tests=tests)
    print(
        f"\nTold apart by the frame: {tests} tests, {ERROR:.0%} error over all of them (p at most {ERROR / tests:.5f})."
    )
    print(f"Noticed 9 times in 10: {share:.1%} right guesses, or {few} of {len(sayings)} messages that never fail.")
    print(f"{'two habits':<30}{'by':<10}{'right':>12}{'share':>8}{'both':>6}{'none':>6}{'p':>8}{'alike':>7}")
    for one, other, name in comparisons():
        found = told_apart(one, other, sayings, classifier=name)
        verdict = "at chance" if at_chance(found, tests=tests) else "TOLD APART"
        right = f"{found.right} of {2 * found.messages}"
        counts = f"{found.both:>6}{found.neither:>6}{found.p:>8.3f}{found.alike:>7}"
        print(f"{f'{one}, {other}':<30}{name:<10}{right:>12}{found.share:>8.1%}{counts}  {verdict}")


if __name__ == "__main__":
    main()
