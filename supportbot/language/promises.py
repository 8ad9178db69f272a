"""What promises money or a decision: phrases, and shapes with words, names and amounts in between. See each language.

A shape says who or what, then what will happen or has happened: "we will send the 49.00 EUR back". What only ever
happens so ("refunds go back to the card") fits none.
"""

from supportbot.language.languages import every_line

GAP = r"(?:[^.!?,:;\n]|(?<=\d)[.,](?=\d)){0,80}?"
"""A short run of words and amounts inside one clause; `{gap}` in a shape."""
_FEW = r"(?:\S+\s){0,3}?"
"""At most three words; `{few}` in a shape."""
PROMISES = every_line("phrases")
PROMISE_SHAPES = tuple(shape.replace("{gap}", GAP).replace("{few}", _FEW) for shape in every_line("shapes"))
SPEAKS_OF_MONEY_BACK = rf"(?:{'|'.join(every_line('money_back'))})"
