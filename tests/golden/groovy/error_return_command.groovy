def f(x) { x }
def g() { return f 1 }  // expect error: unexpected `1`, expected the end of the statement
