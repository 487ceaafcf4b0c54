"""Answers of conditions, and their logic: Kleene's strong one, with a third answer for what is not known here."""

from collections.abc import Callable

from seawall.policy.registry import Facts

Answer = bool | None
Test = Callable[[object, Facts], Answer]


def holds(_item: object, _facts: Facts) -> Answer:
    """The test of nothing: it always holds."""
    return True


def conjunction(tests: list[Test]) -> Test:
    """A test that holds where all of these do."""
    asked = [test for test in tests if test is not holds]
    if len(asked) < 2:
        return asked[0] if asked else holds
    if len(asked) > 2:
        return _every(asked)
    first, second = asked

    def both(item: object, facts: Facts) -> Answer:
        one = first(item, facts)
        if one is False:
            return False
        two = second(item, facts)
        return two if one else (None if two is not False else False)

    return both


def _every(tests: list[Test]) -> Test:
    def every(item: object, facts: Facts) -> Answer:
        result: Answer = True
        for test in tests:
            answer = test(item, facts)
            if answer is False:
                return False
            if answer is None:
                result = None
        return result

    return every
