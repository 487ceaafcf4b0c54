"""What is a credential by form or by name, and what only looks like one; hostile texts end."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.policy.criteria import credentials
from seawall.policy.criteria.credentials import credentials_in, is_secret, names_a_secret

FORMS = {
    "private-key": "-----BEGIN RSA PRIVATE " + "KEY-----",
    "aws-access-key": "AKIAIOSFODNN7" + "EXAMPLE",
    "github-token": "ghp_" + "a1" * 18,
    "gitlab-token": "glpat-" + "x" * 20,
    "slack-token": "xoxb-" + "1" * 12,
    "google-api-key": "AIza" + "b" * 35,
    "google-service-account": '"private_key_id": "' + "0" * 40,
    "stripe-key": "sk_live_" + "c" * 24,
    "openai-key": "sk-proj-" + "d" * 20 + "T3BlbkFJ" + "e" * 20,
    "anthropic-key": "sk-ant-api03-" + "f" * 40,
    "hugging-face-token": "hf_" + "g" * 34,
    "npm-token": "npm_" + "h" * 36,
    "azure-storage-key": "AccountKey=" + "i" * 86 + "==",
    "json-web-token": "eyJ" + "a" * 12 + ".eyJ" + "b" * 12 + "." + "c" * 24,
    "password-in-url": "postgres://app:hunter22@db:5432/x",
}


@pytest.mark.parametrize(("kind", "text"), FORMS.items())
def test_each_form_is_known_alone_and_inside_a_text(kind: str, text: str) -> None:
    assert credentials_in(text) == (kind,)
    assert credentials_in(f"key: {text}\nnext: line") == (kind,)


@pytest.mark.parametrize(
    "text",
    ["", "https://example.com/a:b@c", "postgres://app@db/x", "postgres://app:$(PASSWORD)@db/x", "sk-ant", "AKIA",
     "-----BEGIN CERTIFICATE-----", "eyJhbGciOi", "a" * 5000],
)  # fmt: skip
def test_what_is_no_credential(text: str) -> None:
    assert credentials_in(text) == ()


@given(st.text(max_size=60), st.sampled_from(sorted(FORMS)), st.text(max_size=60))
@settings(max_examples=100)
def test_a_credential_on_a_line_of_its_own_is_found(before: str, kind: str, after: str) -> None:
    assert kind in credentials_in(f"{before}\n{FORMS[kind]}\n{after}")


_PARTS = st.sampled_from([*FORMS.values(), "Bearer ", "eyJ", "://", "xox", "\n", " ", "a:b@"]) | st.text(max_size=8)


@given(st.lists(_PARTS, max_size=12).map("".join), st.booleans())
@settings(max_examples=200, deadline=None)  # formats are compiled when they are first needed
def test_only_formats_whose_marks_are_there_can_match(text: str, long: bool) -> None:
    text = "." * 5000 * long + text
    every = re.compile("|".join(f"({one})" for one in credentials._FORMATS.values()))
    kinds = list(credentials._FORMATS)
    found = {kinds[one.lastindex - 1] for one in every.finditer(text) if one.lastindex}
    assert credentials_in(text) == (tuple(sorted(found)) if len(text) >= 12 else ())


@pytest.mark.parametrize(
    "part", ["eyJ", "eyJaaaaaaaaaaa.", "a://", "-----BEGIN ", "sk-", "T3BlbkFJ", '"private_key_id" ']
)
def test_hostile_texts_end(part: str) -> None:
    credentials_in(part * 4000)


@pytest.mark.parametrize(
    "name", ["DB_PASSWORD", "client-secret", "apiKey", "AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "TOKEN", "MYSQL_PWD"]
)
def test_names_of_secrets(name: str) -> None:
    assert names_a_secret(name)


@pytest.mark.parametrize(
    "name",
    ["DB_PASSWORD_FILE", "SECRET_NAME", "TOKEN_TTL", "AWS_ACCESS_KEY_ID", "KEYBOARD", "PASSPORT_HOST", "TOKENIZER"],
)
def test_names_about_secrets(name: str) -> None:
    assert not names_a_secret(name)


@pytest.mark.parametrize(
    "value", ["", "true", "12", "/run/secrets/x", "$(OTHER)", "${OTHER}", "<set me>", "{{ .Values.x }}"]
)
def test_values_that_are_no_secret(value: str) -> None:
    assert not is_secret("PASSWORD", value)
    assert is_secret("PASSWORD", "hunter22")
