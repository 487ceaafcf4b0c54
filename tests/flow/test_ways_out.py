"""The program's ways out, where what it says cannot be heard: the exit code still tells."""

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "2>/dev/full"])
@pytest.mark.parametrize(("arguments", "code"), [("--version", 0), ("nosuch", 2), ("check /no/such", 3)])
def test_nobody_listens(arguments: str, code: int, closed: str) -> None:
    command = f"{sys.executable} -m seawall.cli.main {arguments} {closed}"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False, cwd=HERE)
    assert done.returncode == code
    assert "Traceback" not in done.stderr


def test_memory_that_is_not_there_is_no_defect() -> None:
    script = """
import sys
from seawall.cli import main
def lacking(**_):
    raise MemoryError
main.cli.main = lacking
main.run()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=HERE)
    assert (done.returncode, "not enough memory" in done.stderr) == (3, True)


@pytest.mark.parametrize(("more", "code"), [("", 0), ("--fail-on critical", 1)])
def test_whoever_reads_goes_away(tmp_path: Path, more: str, code: int) -> None:
    pods = "---\n".join(_POD.format(number=number) for number in range(300))
    (tmp_path / "pods.yaml").write_text(pods)
    command = f"{sys.executable} -m seawall.cli.main check pods.yaml -q -o json -o csv=all.csv {more}; echo $? >code"
    done = subprocess.run(
        ["/bin/sh", "-c", f"({command}) | head -c 10"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.stderr == ""
    assert (tmp_path / "code").read_text() == f"{code}\n"
    assert (tmp_path / "all.csv").read_text().count("privileged-container,") == 300


_POD = """\
apiVersion: v1
kind: Pod
metadata: {{name: pod-{number}}}
spec: {{containers: [{{name: c, image: nginx, securityContext: {{privileged: true}}}}]}}
"""
