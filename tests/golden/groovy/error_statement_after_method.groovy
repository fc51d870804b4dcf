def f() { 1 } println 2  // expect error: unexpected `println`, expected the end of the statement
