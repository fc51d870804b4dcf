def x = new Foo()  // expect error: unable to resolve class Foo
