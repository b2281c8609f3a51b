"""What a module that imports a key with a general name does with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyguard.model.finding import Certainty
from keyguard.scan.run import ScanRequest, run_scan
from keyguard.sources.listing import Ask
from tests.helpers.seeing import key

MINE = key(seed="imported")
USE = "import { SendMailOS } from '@sendmailos/sdk'\n"

LIKELY = {
    "a named export": {
        "src/config.ts": "export const apiKey = '<key>'\n",
        "lib/mail.ts": "import { apiKey } from '../src/config'\nexport const c = new SendMailOS(apiKey)\n",
    },
    "a renamed import": {
        "src/config.ts": "export const key = '<key>'\n",
        "lib/mail.ts": "import { key as mailKey } from '../src/config'\nexport const c = new SendMailOS(mailKey)\n",
    },
    "a member of the default export": {
        "src/config.js": "module.exports = {\n  port: 80,\n  apiKey: '<key>',\n}\n",
        "lib/mail.js": "const config = require('../src/config')\nconst c = new SendMailOS(config.apiKey)\n",
    },
    "a member further down": {
        "src/config.js": "export default {\n  mail: {\n    token: '<key>',\n  },\n}\n",
        "lib/mail.js": "import config from '../src/config.js'\nconst c = new SendMailOS({ key: config.mail.token })\n",
    },
    "a file of settings": {
        "conf/settings.json": '{\n  "token": "<key>"\n}\n',
        "lib/mail.js": "const settings = require('../conf/settings.json')\nexports.c = SendMailOS(settings.token)\n",
    },
    "an alias of the project": {
        "tsconfig.json": '{"compilerOptions": {"baseUrl": ".", "paths": {"@/*": ["src/*"]}}}\n',
        "src/env/index.ts": "export const secret = '<key>'\n",
        "src/mail.ts": "import { secret } from '@/env'\nnew SendMailOS(secret)\n",
    },
    "a request to a constant host": {
        "src/config.js": "export const token = '<key>'\n",
        "lib/mail.js": "import { token } from '../src/config.js'\nconst BASE = 'https://api.sendmailos.com/api/v1'\n"
        "fetch(`${BASE}/domains`, { headers: { Authorization: `Bearer ${token}` } })\n",
    },
    "a Python module": {
        "app/config.py": "API_PORT = 80\napi_key = '<key>'\n",
        "app/jobs/mail.py": "from app.config import api_key\n\nclient = SendMailOS(api_key)\n",
    },
    "a Python module of the package": {
        "app/config.py": "key = '<key>'\n",
        "app/jobs/mail.py": "from .. import config\n\nclient = SendMailOS(config.key)\n",
    },
    "a Python package": {
        "app/settings/__init__.py": "secret = '<key>'\n",
        "jobs/mail.py": "import app.settings as settings\n\nclient = SendMailOS(settings.secret)\n",
    },
}
UNKNOWN = {
    "a namesake of another module": {
        "src/config.ts": "export const apiKey = '<key>'\n",
        "src/other.ts": "export const apiKey = load()\n",
        "lib/mail.ts": "import { apiKey } from '../src/other'\nexport const c = new SendMailOS(apiKey)\n",
    },
    "a member of another object": {
        "src/config.js": "module.exports = { apiKey: '<key>' }\n",
        "lib/mail.js": "const config = require('../src/config')\nconst c = new SendMailOS(env.apiKey)\n",
    },
    "a module that does not import it": {
        "app/config.py": "key = '<key>'\n",
        "jobs/mail.py": "def make(key):\n    return SendMailOS(key)\n",
    },
}


def certainty(folder: Path, files: dict[str, str]) -> tuple[str, Certainty]:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("<key>", MINE), encoding="utf-8")
    request = ScanRequest(ask=Ask(paths=(str(folder),)), jobs=1, history="no", cached=False)
    (found,) = [one for one in run_scan(request).findings if one.fingerprint]
    return found.vendor, found.certainty


@pytest.mark.parametrize("files", LIKELY.values(), ids=LIKELY.keys())
def test_the_vendor_to_which_an_importing_module_sends_a_key_is_likely(tmp_path: Path, files: dict[str, str]) -> None:
    assert certainty(tmp_path, files) == ("sendmailos", Certainty.LIKELY)


@pytest.mark.parametrize("files", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_another_variable_of_that_name_says_nothing(tmp_path: Path, files: dict[str, str]) -> None:
    assert certainty(tmp_path, files)[1] is Certainty.AMBIGUOUS
