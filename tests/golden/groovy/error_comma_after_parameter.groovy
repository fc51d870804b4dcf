def f(x,) { }  // expect error: unexpected `)`, expected the name of a parameter
