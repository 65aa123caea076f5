"""What every unit test stands on: no network, and no setting of the machine that would change the connector."""

from integration_tests.network_guard import confine_to_loopback

confine_to_loopback()
