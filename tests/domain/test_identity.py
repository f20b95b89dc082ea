import pytest

from aether.domain import identity
from aether.domain.identity import Credential, CredentialKind, Login, RedirectInvalid


@pytest.mark.parametrize("path", ["/", "/notebooks", "/notebooks?first=10#top", "/%C3%A9tudes"])
def test_a_login_may_end_at_a_path_of_ours(path: str) -> None:
    assert identity.redirect(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "notebooks",
        "https://evil.example",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/ /evil.example",
        "javascript:alert(1)",
        "/\x00",
        "/é",
        "/" + "a" * identity.REDIRECT_MOST,
    ],
)
def test_a_login_ends_nowhere_else(path: str) -> None:
    with pytest.raises(RedirectInvalid) as refusal:
        identity.redirect(path)

    assert refusal.value.field == "redirect"
    assert refusal.value.code == "REDIRECT_INVALID"


def test_the_challenge_is_that_of_rfc_7636() -> None:
    # Given the example of appendix B
    login = Login(state="", nonce="", verifier="dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", callback="")

    assert login.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_secrets_do_not_show() -> None:
    shown = repr(Credential(kind=CredentialKind.BEARER, secret="hush"))
    assert "hush" not in shown
    assert "hush" not in repr(Login(state="s", nonce="n", verifier="hush", callback="c"))
