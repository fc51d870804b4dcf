class A {}
class B implements A {}  // expect error: you are not allowed to implement the class `A`, use extends instead
