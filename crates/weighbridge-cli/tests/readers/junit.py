"""Reads JUnit's XML and compares the counts with the cases."""

import sys
import xml.etree.ElementTree as tree

for path in sys.argv[1:]:
    root = tree.parse(path).getroot()
    assert root.tag == "testsuites", root.tag
    (suite,) = root
    cases = suite.findall("testcase")
    assert cases and len(cases) == int(suite.get("tests")) == int(root.get("tests"))
    for attribute, element in [("failures", "failure"), ("errors", "error"), ("skipped", "skipped")]:
        found = sum(case.find(element) is not None for case in cases)
        assert found == int(suite.get(attribute)), (attribute, found)
    for case in cases:
        assert case.get("name") and case.get("classname") == "weighbridge.scan"
        assert len(case) <= 1, case.get("name")
