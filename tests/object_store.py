"""An S3 of our own: moto's server on this machine, so that what is read and written goes through no shared disk."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator

import pytest

SECRET_KEY = "secret/of/the/store"


@contextlib.contextmanager
def served() -> Iterator[str]:
    """A new bucket's URL. Its address and credentials are in the environment, as they would be on a machine of a cluster."""
    pytest.importorskip("s3fs", reason="s3:// needs the package s3fs")
    server_module = pytest.importorskip("moto.server", reason="needs moto, an S3 for tests")
    import boto3

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with pytest.MonkeyPatch.context() as patch, open(os.devnull, "w") as nowhere:  # noqa: PTH123
        patch.setenv("AWS_ACCESS_KEY_ID", "key-of-the-store")
        patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        server = server_module.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
            server.start()
        host, port = server.get_host_and_port()
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        bucket = f"manyo-test-{port}"  # all of moto's servers in one process show the same buckets
        try:
            boto3.client("s3").create_bucket(Bucket=bucket)
            yield f"s3://{bucket}"
        finally:
            import s3fs

            s3fs.S3FileSystem.clear_instance_cache()  # they remember the address
            server.stop()
