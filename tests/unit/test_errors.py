from seawall.errors import InputError, SeawallError, ServiceError, UsageError


def test_a_sentence_says_what_why_and_what_next() -> None:
    error = InputError("image.tar cannot be read", cause="it is truncated", hint="Save it again.")
    assert error.sentence() == "image.tar cannot be read: it is truncated. Save it again."


def test_exit_codes_are_the_documented_ones() -> None:
    codes = {kind.__name__: kind.exit_code for kind in (UsageError, InputError, ServiceError, SeawallError)}
    assert codes == {"UsageError": 2, "InputError": 3, "ServiceError": 5, "SeawallError": 3}
