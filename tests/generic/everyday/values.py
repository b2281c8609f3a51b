"""Made-up values: passwords as people choose them, tokens as programs draw them, and what looks like them."""

from __future__ import annotations

import base64
import json
import random
import string
from typing import NamedTuple

from tests.generic.everyday import words

_ALPHANUMERIC = string.ascii_letters + string.digits
#: what may stand anywhere: in quotes, bare in a YAML line, in a shell word
_PLAIN = "!-_.*+"
#: what needs quotes
_QUOTED = "!#%^*-_+=.~?@&"


class Values(NamedTuple):
    """All values of one sample, drawn from one generator."""

    rng: random.Random

    def password(self, symbols: str = _QUOTED) -> str:
        """A password: half of them chosen by a person, half drawn by a password manager."""
        return self.human(symbols) if self.rng.random() < 0.5 else self.drawn(symbols)

    def plain(self) -> str:
        """A password without a character that needs quotes."""
        return self.password(_PLAIN)

    def human(self, symbols: str = _QUOTED) -> str:
        """A password that a person chose: words, a year, a symbol."""
        rng = self.rng
        plain = symbols == _PLAIN
        foreign = [word for word in words.FOREIGN if word.isascii() or not plain]
        word = rng.choice(words.WORDS if rng.random() < 0.6 else foreign)
        word = word.capitalize() if rng.random() < 0.7 else word
        year, symbol = rng.choice((str(rng.randrange(1970, 2027)), str(rng.randrange(10, 999)))), rng.choice(symbols)
        leet = word.translate(str.maketrans("aeio", "4310"))
        other = rng.choice(words.WORDS)
        return rng.choice(
            (
                f"{word}-{year}-{rng.choice(string.ascii_lowercase)}",
                f"{word}{year}{symbol}",
                f"{leet}{symbol}{year}",
                f"{word}{symbol}{other}{rng.randrange(10, 99)}",
                f"{symbol}{word}{year}{symbol}",
                f"{word}.{other}.{year}",
                f"{leet}{other.capitalize()}{rng.randrange(100)}",
            )
        )

    def drawn(self, symbols: str = _QUOTED) -> str:
        """A password that a program drew."""
        rng = self.rng
        length = rng.choice((10, 12, 14, 16, 16, 20, 24, 32))
        text = rng.choices(_ALPHANUMERIC + (symbols if rng.random() < 0.6 else ""), k=length - 3)
        text.insert(rng.randrange(len(text)), rng.choice(string.digits))
        return rng.choice(string.ascii_letters) + "".join(text) + rng.choice(_ALPHANUMERIC)

    def passphrase(self) -> str:
        """Four or five words with something between them."""
        between = self.rng.choice("-._ ")
        return between.join(self.rng.sample(words.WORDS, self.rng.choice((4, 5))))

    def token(self) -> str:
        """A token that a program drew: hexadecimal, letters and digits, base64, with or without a prefix."""
        rng = self.rng
        return rng.choice((self.hexadecimal, self.alphanumeric, self.alphanumeric, self.base64, self.urlsafe))()

    def alphanumeric(self) -> str:
        """Letters and digits."""
        return "".join(self.rng.choices(_ALPHANUMERIC, k=self.rng.choice((20, 24, 28, 32, 36, 40, 48, 64))))

    def hexadecimal(self, length: int = 0) -> str:
        """Hexadecimal digits."""
        return "".join(self.rng.choices("0123456789abcdef", k=length or self.rng.choice((32, 40, 48, 64))))

    def base64(self, size: int = 0) -> str:
        """Random bytes in base64."""
        return base64.b64encode(self.rng.randbytes(size or self.rng.choice((24, 32, 33, 48, 64)))).decode()

    def urlsafe(self, size: int = 0) -> str:
        """Random bytes in base64 for URLs, without padding."""
        return base64.urlsafe_b64encode(self.rng.randbytes(size or self.rng.choice((24, 32, 40)))).decode().rstrip("=")

    def uuid(self) -> str:
        """A UUID of version 4."""
        digits = self.hexadecimal(32)
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def jwt(self) -> str:
        """A signed token with a header, claims and a signature."""
        header = {"alg": self.rng.choice(("HS256", "HS512")), "typ": "JWT"}
        claims = {"sub": self.user(), "iat": 1_700_000_000 + self.rng.randrange(10**7), "scope": "read write"}
        parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims))
        return ".".join((*parts, self.urlsafe(32)))

    def pair(self) -> str:
        """``user:password`` in base64."""
        return base64.b64encode(f"{self.user()}:{self.plain()}".encode()).decode()

    def bcrypt(self) -> str:
        """A hash such as htpasswd writes."""
        return f"$2y$10${''.join(self.rng.choices('./' + _ALPHANUMERIC, k=53))}"

    def user(self) -> str:
        """A user's name."""
        first, last = self.rng.choice(words.FIRST), self.rng.choice(words.LAST)
        part = self.rng.choice(words.PARTS)
        return self.rng.choice((first, f"{first}.{last}", f"{first[0]}{last}", f"{part}_app", f"svc-{part}", part))

    def host(self) -> str:
        """A host that could be real."""
        domain = f"{self.rng.choice(words.COMPANIES)}.{self.rng.choice(words.ENDINGS)}"
        private = f"10.{self.rng.randrange(256)}.{self.rng.randrange(256)}.{self.rng.randrange(1, 255)}"
        return self.rng.choice(
            (f"{self.rng.choice(words.PARTS)}.{domain}", f"db{self.rng.randrange(9)}.{domain}", private)
        )

    def alphanumeric_password(self) -> str:
        """A password that needs no quoting in a URL."""
        return self.password("-_.~")

    def symbols_password(self) -> str:
        """A password with symbols, none of which ends a field of a connection string."""
        return self.password("!#%^*-_+.~?@&")

    def base64_30(self) -> str:
        """Forty characters of base64."""
        return self.base64(30)

    def base64_32(self) -> str:
        """A key of 256 bits in base64."""
        return self.base64(32)

    def base64_64(self) -> str:
        """A key of 512 bits in base64."""
        return self.base64(64)

    def hex32(self) -> str:
        """Thirty-two hexadecimal digits."""
        return self.hexadecimal(32)

    def hex128(self) -> str:
        """A hundred and twenty-eight hexadecimal digits."""
        return self.hexadecimal(128)

    def salt(self) -> str:
        """What WordPress takes for its salts: 64 characters of any kind, none of them a quote."""
        return "".join(self.rng.choices(_ALPHANUMERIC + "!@#$%^&*()-_[]{}+=~,.:;|/? ", k=62)) + "xQ"

    def django_key(self) -> str:
        """Fifty characters as Django draws them."""
        return "".join(self.rng.choices(string.ascii_lowercase + string.digits + "!@#$%^&*(-_=+)", k=49)) + "z"

    def crypt(self) -> str:
        """The last part of a hash of SHA-512 crypt."""
        return "".join(self.rng.choices("./" + _ALPHANUMERIC, k=86))

    def key_body(self) -> str:
        """The lines of a private key."""
        text = base64.b64encode(b"\x30\x82\x02\x5c\x02\x01\x00" + self.rng.randbytes(600)).decode()
        return "\n".join(text[at : at + 64] for at in range(0, len(text), 64))

    def key_data(self) -> str:
        """A private key in PEM, in base64 once more."""
        kind = "EC PRIVATE KEY"
        return base64.b64encode(f"-----BEGIN {kind}-----\n{self.key_body()}\n-----END {kind}-----\n".encode()).decode()

    def default(self) -> str:
        """A password that everybody knows."""
        return self.rng.choice(words.DEFAULTS)

    def wrong(self) -> str:
        """What tests type in where the password has to be wrong."""
        return self.rng.choice(words.WRONG)
