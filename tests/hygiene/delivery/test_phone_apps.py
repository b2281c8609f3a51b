"""Keys in projects of apps: each is reported where a build for users contains it, and as less where none does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.helpers.calling import Inside
from tests.helpers.checkout import made_up_key
from tests.helpers.repos import Repo

pytest_plugins = ("tests.helpers.commandline",)


class App(NamedTuple):
    """The files of an app; ``{KEY}`` stands where a key is planted, a different one at each place."""

    files: Mapping[str, str]
    ships: tuple[str, ...]
    """Places that are delivered: ``path:line``."""
    dropped: tuple[str, ...] = ()
    """Places that a build for users leaves out."""


ANDROID = App(
    {
        "settings.gradle.kts": 'include(":app", ":core:network", ":server")\n',
        "build.gradle.kts": "plugins {\n  alias(libs.plugins.android.application) apply false\n}\n",
        "app/build.gradle.kts": "plugins {\n  alias(libs.plugins.android.application)\n}\n"
        'val mapKey = localProps.getProperty("MAIL_KEY")\n'
        "android {\n  defaultConfig {\n"
        '    buildConfigField("String", "SENDMAILOS_KEY", "\\"{KEY}\\"")\n'
        '    buildConfigField("String", "OTHER", "\\"$mapKey\\"")\n'
        '    resValue("string", "mail_key", "{KEY}")\n'
        '    manifestPlaceholders["mail"] = "{KEY}"\n  }\n'
        '  buildTypes {\n    debug {\n      buildConfigField("String", "DEBUG_KEY", "\\"{KEY}\\"")\n    }\n  }\n'
        '  signingConfigs { create("upload") { storePassword = "{KEY}" } }\n}\n',
        "gradle.properties": "org.gradle.jvmargs=-Xmx2g\nMAIL_KEY={KEY}\nPUBLISH_KEY={KEY}\n",
        "app/src/main/AndroidManifest.xml": '<manifest><meta-data android:value="{KEY}"/>\n<!-- {KEY} --></manifest>\n',
        "app/src/main/java/com/shop/Mail.kt": "object Mail {\n"
        '  const val KEY = "{KEY}"\n'
        '  // was "{KEY}"\n'
        '  val url = "https://x.example" /* {KEY} */\n'
        '  fun f() {\n    if (BuildConfig.DEBUG) {\n      send("{KEY}")\n    }\n  }\n}\n',
        "app/src/debug/java/com/shop/Debug.kt": 'val debugKey = "{KEY}"\n',
        "app/src/main/assets/config.json": '{{"mail": "{KEY}"}}\n',
        "app/src/test/java/com/shop/MailTest.kt": 'val sendmailosKey = "{KEY}"\n',
        "app/src/androidTest/java/com/shop/Ui.kt": 'val sendmailosKey = "{KEY}"\n',
        "core/network/build.gradle": "apply plugin: 'com.android.library'\n",
        "core/network/src/main/kotlin/Api.java": 'class Api {{ String KEY = "{KEY}"; }}\n',
        "server/build.gradle.kts": 'plugins {\n  id("io.ktor.plugin")\n}\n',
        "server/src/main/kotlin/Server.kt": 'val sendmailosKey = "{KEY}"\n',
    },
    (
        *("app/build.gradle.kts:7", "app/build.gradle.kts:9", "app/build.gradle.kts:10", "gradle.properties:2"),
        *("app/src/main/AndroidManifest.xml:1", "app/src/main/java/com/shop/Mail.kt:2"),
        *("app/src/main/assets/config.json:1", "core/network/src/main/kotlin/Api.java:1"),
    ),
    (
        *("app/build.gradle.kts:14", "app/src/main/AndroidManifest.xml:2"),
        *("app/src/main/java/com/shop/Mail.kt:3", "app/src/main/java/com/shop/Mail.kt:4"),
        *("app/src/main/java/com/shop/Mail.kt:7", "app/src/debug/java/com/shop/Debug.kt:1"),
    ),
)

MULTIPLATFORM = App(
    {
        "shared/build.gradle.kts": 'plugins { kotlin("multiplatform") }\nkotlin { androidTarget(); iosArm64(); jvm() }\n',
        "shared/src/commonMain/kotlin/Api.kt": 'const val SENDMAILOS = "{KEY}"\n',
        "shared/src/iosMain/kotlin/Ios.kt": 'const val SENDMAILOS = "{KEY}"\n',
        "shared/src/jvmMain/kotlin/Jvm.kt": 'const val SENDMAILOS = "{KEY}"\n',
        "shared/src/commonTest/kotlin/T.kt": 'const val SENDMAILOS = "{KEY}"\n',
    },
    ("shared/src/commonMain/kotlin/Api.kt:1", "shared/src/iosMain/kotlin/Ios.kt:1"),
)

SECRETS_PLUGIN = App(
    {
        "app/build.gradle.kts": 'plugins {\n  id("com.android.application")\n'
        '  id("com.google.android.libraries.mapsplatform.secrets-gradle-plugin")\n}\n'
        'secrets { propertiesFileName = "keys.properties" }\n',
        "keys.properties": "SENDMAILOS_API_KEY={KEY}\n# {KEY}\n",
        "other.properties": "SENDMAILOS_API_KEY={KEY}\n",
    },
    ("keys.properties:1",),
    ("keys.properties:2",),
)

XCODE = App(
    {
        "Shop.xcodeproj/project.pbxproj": "// !$*UTF8*$!\n{\n"
        "  A1 /* Mail.swift in Sources */ = {isa = PBXBuildFile; };\n"
        "  A2 /* Legacy.m in Sources */ = {isa = PBXBuildFile; };\n"
        "  A3 /* Keys.plist in Resources */ = {isa = PBXBuildFile; };\n"
        '  INFOPLIST_KEY_Extra = "$(EXTRA_KEY)";\n}\n',
        "Shop/Mail.swift": "enum Mail {\n"
        '  static let key = "{KEY}"\n'
        '  /* "{KEY}" */\n'
        "  #if DEBUG\n"
        '  static let other = "{KEY}"\n'
        "  #else\n"
        '  static let other = "{KEY}"\n'
        "  #endif\n}\n",
        "Shop/Legacy.m": 'static NSString *const kSendMailOSKey = @"{KEY}";\n',
        "Shop/Keys.plist": "<plist><dict><key>SendMailOS</key><string>{KEY}</string></dict></plist>\n",
        "Shop/NotBuilt.swift": 'let sendmailosKey = "{KEY}"\n',
        "Shop/Info.plist": "<plist><dict><key>Mail</key><string>$(MAIL_KEY)</string></dict></plist>\n",
        "Config/Release.xcconfig": "MAIL_KEY = {KEY}\nEXTRA_KEY = {KEY}\nSENTRY_AUTH_KEY = {KEY}\n// OLD = {KEY}\n",
        "Config/Debug.xcconfig": "MAIL_KEY = {KEY}\n",
        "ShopTests/Mail.swift": 'let sendmailosKey = "{KEY}"\n',
    },
    (
        *("Shop/Mail.swift:2", "Shop/Mail.swift:7", "Shop/Legacy.m:1", "Shop/Keys.plist:1"),
        *("Config/Release.xcconfig:1", "Config/Release.xcconfig:2"),
    ),
    ("Shop/Mail.swift:3", "Shop/Mail.swift:5", "Config/Debug.xcconfig:1"),
)

XCODE_16 = App(
    {
        "ios/Shop.xcodeproj/project.pbxproj": "{\n  B1 /* Shop */ = {\n"
        "    isa = PBXFileSystemSynchronizedRootGroup;\n    path = Shop;\n  };\n}\n",
        "ios/Shop/Core/Mail.swift": 'let sendmailosKey = "{KEY}"\n',
        "ios/scripts/release.swift": 'let sendmailosKey = "{KEY}"\n',
    },
    ("ios/Shop/Core/Mail.swift:1",),
)

SWIFT_PACKAGES = App(
    {
        "Package.swift": 'let package = Package(name: "Kit", platforms: [.iOS(.v15)])\n',
        "Sources/Kit/Mail.swift": 'let sendmailosKey = "{KEY}"\n',
        "Tests/KitTests/Mail.swift": 'let sendmailosKey = "{KEY}"\n',
    },
    ("Sources/Kit/Mail.swift:1",),
)

VAPOR = App(
    {
        "Package.swift": 'let package = Package(name: "api", platforms: [.macOS(.v13)])\n',
        "Sources/App/configure.swift": 'let sendmailosKey = "{KEY}"\n',
    },
    (),
)

FLUTTER = App(
    {
        "pubspec.yaml": "name: shop\ndependencies:\n  flutter:\n    sdk: flutter\nflutter:\n  assets:\n    - .env\n"
        "    - assets/config/\n    # - secrets/\n",
        "lib/main.dart": "import 'package:shop/api.dart';\nimport 'package:flutter/material.dart';\n"
        "const sendmailosKey = '{KEY}';\n",
        "lib/api.dart": "part 'api_keys.dart';\nconst a = '''\n{KEY}\n''';\n"
        "void f() {\n  if (kDebugMode) print('{KEY}');\n  // {KEY}\n}\n",
        "lib/api_keys.dart": "part of 'api.dart';\nconst sendmailosKey = '{KEY}';\n",
        "lib/unused.dart": "const sendmailosKey = '{KEY}';\n",
        "lib/main_dev.dart": "import 'dev_keys.dart';\nimport 'api.dart';\n",
        "lib/dev_keys.dart": "const sendmailosKey = '{KEY}';\n",
        "test/api_test.dart": "const sendmailosKey = '{KEY}';\n",
        "tool/release.dart": "const sendmailosKey = '{KEY}';\n",
        ".env": "SENDMAILOS_API_KEY={KEY}\n",
        "assets/config/app.json": '{{"sendmailos_key": "{KEY}"}}\n',
        "assets/config/deep/app.json": '{{"sendmailos_key": "{KEY}"}}\n',
        "secrets/app.json": '{{"sendmailos_key": "{KEY}"}}\n',
        "config/prod.json": '{{"sendmailos_key": "{KEY}"}}\n',
        "config/other.json": '{{"sendmailos_key": "{KEY}"}}\n',
        "Makefile": "build:\n\tflutter build apk --dart-define-from-file=config/prod.json\n"
        "\tflutter build ipa --dart-define=SENDMAILOS={KEY} --no-codesign\n\tcurl -u {KEY}: https://x.example\n",
    },
    (
        *("lib/main.dart:3", "lib/api.dart:3", "lib/api_keys.dart:2", ".env:1", "assets/config/app.json:1"),
        *("config/prod.json:1", "Makefile:3"),
    ),
    ("lib/api.dart:6", "lib/api.dart:7", "lib/dev_keys.dart:1"),
)

DART_SERVER = App(
    {
        "pubspec.yaml": "name: api\ndependencies:\n  shelf: ^1.4.0\n",
        "lib/api.dart": "const sendmailosKey = '{KEY}';\n",
        "bin/main.dart": "const sendmailosKey = '{KEY}';\n",
    },
    (),
)

EXPO = App(
    {
        "package.json": json.dumps(
            {"dependencies": {"expo": "54", "react-native": "0.81", "react-native-config": "1"}}
        ),
        "app.json": '{{"expo": {{"extra": {{"mail": "{KEY}"}},\n'
        '"hooks": {{"postPublish": [{{"config": {{"authToken": "{KEY}"}}}}]}}}}}}\n',
        "App.tsx": "import {{ key }} from './key';\nexport default () => key;\n",
        "key.ts": "export const key = '{KEY}';\n",
        "key.ios.ts": "export const key = '{KEY}';\n",
        ".env": "SENDMAILOS_API_KEY={KEY}\n",
    },
    ("app.json:1", "key.ts:1", "key.ios.ts:1", ".env:1"),
)

CAPACITOR = App(
    {
        "package.json": json.dumps({"dependencies": {"@capacitor/core": "7"}}),
        "capacitor.config.ts": "const config = {{\n  plugins: {{ Mail: {{ key: '{KEY}' }} }},\n"
        "  android: {{ buildOptions: {{ keystorePassword: '{KEY}' }} }},\n}};\n",
    },
    ("capacitor.config.ts:2",),
)

CORDOVA = App(
    {
        "config.xml": '<widget xmlns="http://www.w3.org/ns/widgets" xmlns:cdv="http://cordova.apache.org/ns/1.0">\n'
        '<preference name="SendMailOSKey" value="{KEY}" />\n<!-- {KEY} -->\n</widget>\n',
        "ci/config.xml": '<project><key name="SendMailOSKey" value="{KEY}" /></project>\n',
    },
    ("config.xml:2",),
    ("config.xml:3",),
)

APPS = {name.lower(): app for name, app in globals().items() if isinstance(app, App)}


def planted(app: App) -> dict[str, str]:
    """The files with their keys."""
    found, seed = {}, 0
    for path, text in app.files.items():
        # some of the texts double their braces, as others do that are templates
        text = text.replace("{{", "{").replace("}}", "}") if "{{" in text else text
        while "{KEY}" in text:
            text, seed = text.replace("{KEY}", made_up_key(seed), 1), seed + 1
        found[path] = text
    return found


@pytest.mark.parametrize("name", APPS)
def test_what_an_app_contains_is_reported(name: str, inside: Inside, tmp_path: Path) -> None:
    app, repo = APPS[name], Repo(tmp_path / "app")
    for path, text in planted(app).items():
        repo.write(path, text)
    said = inside("scan", "-f", "json", "--select", "key-in-frontend", "--no-history", cwd=repo.path)
    found = {
        f"{place['path']}:{place['line']}": (one["severity"], "a build leaves it out" in one["message"])
        for one in said.document["findings"]
        for place in one["occurrences"]
    }
    assert found == {
        **dict.fromkeys(app.ships, ("critical", False)),
        **dict.fromkeys(app.dropped, ("low", True)),
    }
