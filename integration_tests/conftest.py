"""What every whole sync stands on: no network but loopback, child processes included."""

import os

from integration_tests.network_guard import confine_to_loopback

# Set by a platform or by a developer's shell, either would change what the connector does.
OUTSIDE_SETTINGS = ("DEPLOYMENT_MODE", "PINTEREST_API_URL", "PINTEREST_SAVE_TOKENS")

confine_to_loopback()
for setting in OUTSIDE_SETTINGS:
    os.environ.pop(setting, None)
