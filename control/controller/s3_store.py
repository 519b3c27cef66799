"""The buckets of backups, with the controller's own identity or that of a customer's bucket."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from control.controller.cluster import ClusterError
from control.warehouses.backup import Place
from control.warehouses.backup_storage import KEY, KEY_ID

PAGES_AT_ONCE = 10
"""Pages of 1,000 objects that one pass deletes, so that others have their turn."""
CHUNK_BYTES = 1 << 20
MISSING = ("404", "NoSuchKey", "NotFound")
ClientOf = Callable[[Place, Mapping[str, str]], Any]


class StoreError(ClusterError):
    """A bucket did not do what it was asked."""


class S3Store:
    def __init__(self, client_of: ClientOf) -> None:
        self.client_of = client_of

    def size(self, place: Place, keys: Mapping[str, str], path: str) -> int | None:
        """None where there is no such object."""
        key = f"{place.prefix}{path}"
        try:
            with translated(f"look at s3://{place.bucket}/{key}"):
                head = self.client_of(place, keys).head_object(Bucket=place.bucket, Key=key)
                return int(head["ContentLength"])
        except MissingError:
            return None

    def read(self, place: Place, keys: Mapping[str, str], path: str) -> Iterable[bytes]:
        key = f"{place.prefix}{path}"
        with translated(f"read s3://{place.bucket}/{key}"):
            answer = self.client_of(place, keys).get_object(Bucket=place.bucket, Key=key)
            yield from answer["Body"].iter_chunks(CHUNK_BYTES)

    def erase(self, place: Place, keys: Mapping[str, str], folder: str) -> bool:
        """Only below a folder of the place: an empty name would mean everything."""
        if not folder.strip("/"):
            raise StoreError(f"no folder of s3://{place.bucket}/{place.prefix} is named")
        prefix = f"{place.prefix}{folder.strip('/')}/"
        with translated(f"delete s3://{place.bucket}/{prefix}"):
            client = self.client_of(place, keys)
            for _ in range(PAGES_AT_ONCE):
                page = client.list_objects_v2(Bucket=place.bucket, Prefix=prefix)
                found = [{"Key": each["Key"]} for each in page.get("Contents") or ()]
                if not found:
                    return True
                delete(client, place.bucket, found)
        return False


def delete(client: Any, bucket: str, found: list[dict[str, str]]) -> None:
    answer = client.delete_objects(Bucket=bucket, Delete={"Objects": found, "Quiet": True})
    errors = answer.get("Errors") or ()
    if errors:
        first = errors[0]
        raise StoreError(f"{bucket} keeps {first.get('Key')}: {first.get('Message')}")


class MissingError(StoreError):
    pass


@contextmanager
def translated(doing: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        kind = MissingError if code in MISSING else StoreError
        raise kind(f"could not {doing}: {error}") from error
    except BotoCoreError as error:
        raise StoreError(f"could not {doing}: {error}") from error


def s3_client(place: Place, keys: Mapping[str, str]) -> Any:
    """Of the customer's keys, of the role that the bucket names, or of this pod's identity."""
    region = place.region or None
    if place.secret:
        return boto3.client(
            "s3",
            region_name=region,
            aws_access_key_id=keys[KEY_ID],
            aws_secret_access_key=keys[KEY],
        )
    if place.role_arn:
        answer = boto3.client("sts", region_name=region).assume_role(
            RoleArn=place.role_arn,
            RoleSessionName=place.role_session_name or "clickhouse-backups",
        )["Credentials"]
        return boto3.client(
            "s3",
            region_name=region,
            aws_access_key_id=answer["AccessKeyId"],
            aws_secret_access_key=answer["SecretAccessKey"],
            aws_session_token=answer["SessionToken"],
        )
    return boto3.client("s3", region_name=region)
