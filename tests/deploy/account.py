"""One account's clients, with its root key: for setting a test up, never for verho."""

import boto3
from botocore.config import Config

REGION = "eu-west-1"


class Account:
    def __init__(self, url, account, region=REGION):
        self.url, self.id, self.region = url, account, region
        self._clients = {}

    def __getattr__(self, service):
        """A client of a service: `account.s3`."""
        if service not in self._clients:
            self._clients[service] = client(service, self.url, self.region, "test", "test")
        return self._clients[service]


def client(service, url, region, key, secret, token=None):
    """A client with somebody's keys."""
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
        config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 3}),
    )
