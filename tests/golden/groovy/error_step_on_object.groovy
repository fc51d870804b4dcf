class A {}
def a = new A()
a++  // expect error: groovy.lang.MissingMethodException: No signature of method: A.next() is applicable for argument types: () values: []
