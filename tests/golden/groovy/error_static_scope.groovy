def x = 1
static foo() { println(x) }  // expect error: the variable `x` is not there in a static method
foo()
