"""Whether an app for phones or desktops delivers a file."""

from __future__ import annotations

from keyguard.hygiene.delivery.android import android_apps
from keyguard.hygiene.delivery.apple import apple_apps
from keyguard.hygiene.delivery.delivery import Delivery
from keyguard.hygiene.delivery.flutter import flutter_apps
from keyguard.hygiene.delivery.hybrid_apps import hybrid_apps
from keyguard.hygiene.delivery.native_apps import native_apps
from keyguard.hygiene.project.project import Project

_APPS = (hybrid_apps, flutter_apps, android_apps, apple_apps, native_apps)


def phone_delivery(project: Project, path: bytes) -> Delivery | None:
    """Return how an app delivers the file; None if none does."""
    return next((found for apps in _APPS if (found := apps(project).delivery(path))), None)
