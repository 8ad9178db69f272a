"""`python -m tests.voices`: what becomes of twelve habits over 200 messages, and whether they can be told apart."""

from collections import Counter

from tests.voices.hearing import at_chance, hear, length_band, pairs_of_habits, things_to_say, told_apart
from tests.voices.people import HABITS


def main() -> None:
    """Print both tables."""
    sayings = things_to_say()
    print(f"{len(sayings)} messages, languages: {dict(Counter(said.locale for said in sayings))}\n")
    print(f"{'habit':<18}{'passes':>7}{'blocked':>9}{'length':>12}  blocked by")
    for habit in HABITS:
        heard = [hear(habit, said, number) for number, said in enumerate(sayings)]
        passed = sum(one.reply is not None for one in heard)
        rules = Counter(rule for one in heard for rule in one.blocked_by)
        low, high = length_band(habit, sayings)
        named = ", ".join(f"{rule} {count}" for rule, count in rules.most_common(4))
        print(f"{habit:<18}{passed:>7}{len(heard) - passed:>9}{f'{low}-{high}' if passed else '':>12}  {named}")
    print(f"\n{'two habits':<34}{'told apart':>12}{'share':>8}")
    for one, other in pairs_of_habits():
        right, total = told_apart(one, other, sayings)
        verdict = "at chance" if at_chance(right, total) else "ABOVE CHANCE"
        print(f"{f'{one}, {other}':<34}{f'{right} of {total}':>12}{right / total:>8.1%}  {verdict}")


if __name__ == "__main__":
    main()
