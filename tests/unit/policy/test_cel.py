import pytest

from seawall.errors import UsageError
from seawall.model.kube.object import KubeObject
from seawall.policy import criteria
from seawall.policy.cel import compile_expression, node

OBJECT = KubeObject(
    api_version="v1",
    kind="Thing",
    json=b'{"spec": {"replicas": 3, "memory": "1Gi", "hosts": ["b.example", "a.example"], "ip": "10.1.2.3"}}',
)


def answer(expression: str) -> bool | None:
    assert "objects" in criteria.__all__
    return node(expression, "object").test(OBJECT, {})


@pytest.mark.parametrize(
    "expression",
    [
        "object.spec.replicas > 2",
        "quantity(object.spec.memory).isGreaterThan(quantity('512Mi'))",
        "quantity('1500m').asApproximateFloat() == 1.5 && !isQuantity('x') && quantity('2').isInteger()",
        "quantity('1Gi').add(quantity('1Gi')).compareTo(quantity('2Gi')) == 0",
        "isURL('https://a.example:8443/x%20y?q=1') && url('https://a.example:8443/x').getHost() == 'a.example:8443'",
        "url('https://a.example:8443/x').getHostname() == 'a.example' && url('https://u@a/x').getScheme() == 'https'",
        "url('https://a:81/p').getPort() == '81' && url('https://a/p').getEscapedPath() == '/p'",
        "isIP('::1') && ip('::1').isLoopback() && ip('10.0.0.1').family() == 4 && !isIP('10.0.0')",
        "ip.isCanonical('127.0.0.1') && !ip.isCanonical('::0001')",
        "cidr('10.0.0.0/8').containsIP(object.spec.ip) && cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')",
        "isCIDR('10.0.0.0/8') && !isCIDR('10.0.0.0') && cidr('10.0.0.0/8').prefixLength() == 8",
        "cidr('10.1.2.3/8').masked() == '10.0.0.0/8' && ip('8.8.8.8').isGlobalUnicast()",
        "'abc 123 de 45'.find('[0-9]+') == '123' && 'abc 123 de 45'.findAll('[0-9]+') == ['123', '45']",
        "'a1b2'.findAll('[0-9]', 1) == ['1']",
        "[1, 2, 3].isSorted() && [1, 2, 3].sum() == 6 && [3, 1].min() == 1 && [3, 1].max() == 3",
        "['a', 'b', 'a'].indexOf('a') == 0 && ['a', 'b', 'a'].lastIndexOf('a') == 2 && [1].indexOf(5) == -1",
        "format.dns1123Label().validate('web-1').size() == 0 && format.named('uuid').validate('x').size() == 1",
        "semver('1.2.3-rc.1').isLessThan(semver('1.2.3')) && semver('1.10.0').minor() == 10 && !isSemver('1.2')",
        "sets.contains([1, 2], [1]) && sets.intersects([1], [1, 2]) && sets.equivalent([1, 1], [1])",
        "'a,b,c'.split(',') == ['a', 'b', 'c'] && 'a,b,c'.split(',', 2) == ['a', 'b,c']",
        "['x', 'y'].join('-') == 'x-y'",
        "'Abc'.lowerAscii() == 'abc' && 'hello'.substring(1, 3) == 'el' && 'hello'.charAt(0) == 'h'",
        "' x '.trim() == 'x'",
        "'hello'.replace('l', 'L', 1) == 'heLlo' && 'abc'.reverse() == 'cba' && 'abcb'.lastIndexOf('b') == 3",
        "object.?spec.?nothing.orValue(7) == 7",
        "cel.bind(x, object.spec.replicas, x == 3)",
        "object.spec.hosts.exists(h, h.startsWith('a.')) && object.spec.hosts.all(h, h.matches('[.]example$'))",
    ],
)
def test_kubernetes_functions(expression: str) -> None:
    assert answer(expression) is True


@pytest.mark.parametrize(
    "expression",
    ["object.spec.nothing == 1", "quantity('lots').isInteger()", "ip('nowhere').isLoopback()", "'a'.charAt(9) == 'x'"],
)
def test_what_cannot_be_evaluated_is_not_known(expression: str) -> None:
    assert answer(expression) is None


@pytest.mark.parametrize(
    ("expression", "cause"),
    [
        ("object.", "Syntax error"),
        ("nothing(1)", "undeclared reference"),
        ("1 + 1", "is no condition"),
        ("x" * 9000, "longer"),
    ],
)
def test_errors_are_told_when_compiling(expression: str, cause: str) -> None:
    with pytest.raises(UsageError, match=cause):
        compile_expression(expression)
