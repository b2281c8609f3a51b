"""What GitHub and GitLab do with a workflow: the checkout by real git, the conditions, the scripts by real bash."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.helpers.expressions import Expression, Value, asks_for_the_status, substituted
from tests.helpers.repos import Repo


class Outcome(NamedTuple):
    """How a job ended."""

    code: int
    """The exit code of the first step that failed, or 0."""
    said: str
    """What all steps printed."""
    ran: list[str]
    """The steps that ran, by name or by what they use."""
    reports: dict[str, Any]
    """The reports that were uploaded or kept, parsed, by file name."""


class Change(NamedTuple):
    """What a job is started for."""

    server: Repo
    number: int = 0
    """Of the pull or merge request; 0 for a push to the main branch."""
    merged: bool = False
    """GitLab: whether the pipeline tests the result of the merge."""
    fork: bool = False
    """Whether the request is from another repository."""


def _bash(script: str, options: str, folder: Path, env: Mapping[str, str]) -> tuple[int, str]:
    done = subprocess.run(
        ["bash", *options.split(), "-c", script],
        cwd=folder,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return done.returncode, done.stdout.decode()


def _fetched(change: Change, folder: Path, depth: int, *refspecs: str) -> Repo:
    """A new repository with these refs of the server; all of their history where ``depth`` is 0."""
    clone = Repo(folder)
    clone.git("remote", "add", "origin", f"file://{change.server.path}")
    limited = [f"--depth={depth}"] if depth else []
    clone.git("fetch", "--quiet", "--no-tags", *limited, "origin", *refspecs)
    return clone


class GitHub:
    """A runner of GitHub for the first job of a workflow."""

    def __init__(self, text: str, change: Change, folder: Path, env: Mapping[str, str]) -> None:
        self.workflow = yaml.safe_load(text)
        (self.job,) = self.workflow["jobs"].values()
        self._change, self._folder = change, folder
        event = "pull_request" if change.number else "push"
        self._names: dict[str, Value] = {"github.event_name": event, "github.repository": "shop/shop"}
        self._env = {**env, "CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": event}
        if change.number:
            head = "somebody/shop" if change.fork else "shop/shop"
            self._names |= {"github.base_ref": "main", "github.event.pull_request.head.repo.full_name": head}
        self._code, self._said, self._ran = 0, "", list[str]()
        self._reports: dict[str, Any] = {}

    def run(self) -> Outcome:
        """Run the steps one by one."""
        # YAML 1.1 takes the key `on` for a boolean
        assert self._names["github.event_name"] in self.workflow[True]
        for step in self.job["steps"]:
            if not self._applies(step):
                continue
            self._ran.append(step.get("name") or step["uses"])
            if "run" in step:
                self._shell(step)
            else:
                self._use(step["uses"].partition("@")[0], step.get("with", {}))
        return Outcome(self._code, self._said, self._ran, self._reports)

    def _applies(self, step: Mapping[str, Any]) -> bool:
        condition = step.get("if", "")
        if self._code and not asks_for_the_status(condition):
            return False
        functions: dict[str, Callable[..., Value]] = {
            "always": lambda: True,
            "hashFiles": lambda name: "digest" if (self._folder / name).exists() else "",
        }
        return not condition or bool(Expression(condition, self._names, functions).value)

    def _shell(self, step: Mapping[str, Any]) -> None:
        values = {**self.workflow.get("env", {}), **self.job.get("env", {}), **step.get("env", {})}
        env = self._env | {name: substituted(str(value), self._names) for name, value in values.items()}
        # what is put into the script itself could be a command
        assert "${{" not in step["run"]
        code, said = _bash(step["run"], "-e", self._folder, env)
        self._code, self._said = self._code or code, self._said + said

    def _use(self, action: str, options: Mapping[str, Any]) -> None:
        if action == "actions/checkout":
            self._check_out(int(options.get("fetch-depth", 1)))
        elif action == "github/codeql-action/upload-sarif":
            assert self.workflow["permissions"] == {"contents": "read", "security-events": "write"}
            name = options["sarif_file"]
            self._reports[name] = json.loads((self._folder / name).read_text(encoding="utf-8"))
        else:
            assert action == "actions/setup-python"

    def _check_out(self, depth: int) -> None:
        merge = f"pull/{self._change.number}/merge"
        one = f"+refs/{merge}:refs/remotes/{merge}" if self._change.number else "+main:refs/remotes/origin/main"
        everything = () if depth else ("+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
        clone = _fetched(self._change, self._folder, depth, *everything, one)
        if self._change.number:
            clone.git("checkout", "--quiet", "--force", f"refs/remotes/{merge}")
        else:
            clone.git("checkout", "--quiet", "--force", "-B", "main", "refs/remotes/origin/main")


class GitLab:
    """A runner of GitLab for the one job of a configuration."""

    def __init__(self, text: str, change: Change, folder: Path, env: Mapping[str, str]) -> None:
        (self.job,) = yaml.safe_load(text).values()
        self._change, self._folder = change, folder
        server = change.server
        variables = {"CI": "true", "GITLAB_CI": "true", "CI_DEFAULT_BRANCH": "main"}
        if change.number:
            request = f"refs/merge-requests/{change.number}"
            self._ref = f"{request}/{'merge' if change.merged else 'head'}"
            variables |= {
                "CI_PIPELINE_SOURCE": "merge_request_event",
                "CI_MERGE_REQUEST_DIFF_BASE_SHA": server.git("merge-base", "main", f"{request}/head").decode().strip(),
                # there is one only where the result of the merge is tested
                "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": server.oid("main") if change.merged else "",
            }
        else:
            self._ref = "refs/heads/main"
            variables |= {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main"}
        self._variables = variables
        self._env = {**env, **variables, **{name: str(value) for name, value in self.job["variables"].items()}}

    def run(self) -> Outcome:
        """Run the lines of the script in one shell, and keep what the job leaves."""
        assert any(self._holds(rule["if"]) for rule in self.job["rules"])
        depth = int(self.job["variables"].get("GIT_DEPTH", 20))
        # a pipeline has a ref of its own, and branches of the server need not come with it
        clone = _fetched(self._change, self._folder, depth, f"+{self._ref}:refs/pipelines/1")
        clone.git("checkout", "--quiet", "--force", "--detach", "refs/pipelines/1")
        code, said = _bash("\n".join(self.job["script"]), "-eo pipefail", self._folder, self._env)
        reports = {}
        if not code or self.job["artifacts"].get("when") == "always":
            there = [self._folder / name for name in self.job["artifacts"]["paths"]]
            reports = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in there if path.exists()}
        return Outcome(code, said, ["script"], reports)

    def _holds(self, rule: str) -> bool:
        left, sign, right = rule.partition(" == ")
        assert sign
        values = [self._variables.get(side[1:]) if side.startswith("$") else side.strip('"') for side in (left, right)]
        return values[0] == values[1]
