def f(Map m) { }
f(a: 1, a: 2)  // expect error: the argument `a` is there twice
