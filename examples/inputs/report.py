#!/usr/bin/python
# Mails the figures of the month.
import sys

def report(figures, out=sys.stdout):
    for name in sorted(figures):    # in the order of the names
        print >>out, "%-10s" % name, figures[name]
    if not figures.has_key('total'):
        raise ValueError, "no total in %s" % `figures`

try:
    report({'costs': 0777, 'total': 12L})
except (IOError, ValueError), e:
    print "failed:", e
