"""Pushing to the hub where there is no network: the calls return as they do for an owner, and nothing is sent.

`HfApi`'s methods: https://huggingface.co/docs/huggingface_hub/package_reference/hf_api
"""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from . import Served, beneath, served

OWNER = "someone"
"""Whose account it would be."""
COMMIT = "0" * 40
FOLDERS = {"dataset": "datasets/", "space": "spaces/"}


@beneath("huggingface_hub.hf_api")
def hub_uploads(module: Any) -> None:
    def create_repo(self: Any, repo_id: str, **options: Any) -> Any:
        name = repo_id if "/" in repo_id else f"{OWNER}/{repo_id}"
        _tell(f"create_repo({repo_id!r})")
        folder = FOLDERS.get(options.get("repo_type") or "", "")
        return module.RepoUrl(f"{self.endpoint}/{folder}{name}", endpoint=self.endpoint)

    def upload(self: Any, *_: Any, **options: Any) -> Any:
        repo_id = options.get("repo_id") or ""
        _tell(f"an upload to {repo_id}")
        folder = FOLDERS.get(options.get("repo_type") or "", "")
        message = options.get("commit_message") or ""
        commit = module.CommitInfo(
            commit_url=f"{self.endpoint}/{folder}{repo_id}/commit/{COMMIT}",
            commit_message=message,
            commit_description=options.get("commit_description") or "",
            oid=COMMIT,
        )
        return _done(commit) if options.get("run_as_future") else commit

    def create_commit(self: Any, repo_id: str, operations: Any = (), **options: Any) -> Any:
        return upload(self, repo_id=repo_id, **options)

    def create_branch(self: Any, repo_id: str, **_: Any) -> None:
        _tell(f"a branch of {repo_id}")

    methods = {
        "create_repo": create_repo,
        "create_commit": create_commit,
        "create_branch": create_branch,
        "upload_file": upload,
        "upload_folder": upload,
    }
    for name, method in methods.items():
        setattr(module.HfApi, name, method)
        setattr(module, name, getattr(module.api, name))


def _tell(what: str) -> None:
    served(Served(what, "no upload", "synthetic", "nothing is sent to the hub"))


def _done(result: Any) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_result(result)
    return future
