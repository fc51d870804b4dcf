try { throw new Exception('msg') } catch (e) { println e.message }  // expect: msg
try { throw new RuntimeException('rt') } catch (IOException | RuntimeException e) { println e.getMessage() }  // expect: rt
try { null.foo() } catch (NullPointerException e) { println e.message }  // expect: Cannot invoke method foo() on null object
try { 'a' as Integer } catch (NumberFormatException e) { println e.message }  // expect: For input string: "a"
try { [].first() } catch (NoSuchElementException e) { println e.message }  // expect: Cannot access first() element from an empty List
try { foo } catch (MissingPropertyException e) { println e.property }  // expect: foo
try { 1 / 0 } catch (ArithmeticException e) { println e }  // expect: java.lang.ArithmeticException: Division by zero
def log = []
try { log << 'try' } finally { log << 'finally' }
println(log)  // expect: [try, finally]
def f() { try { return 'from try' } finally { 'ignored' } }
println(f())  // expect: from try
def g() { try { throw new Exception('x') } catch (e) { return "caught ${e.message}" } finally { 0 } }
println(g())  // expect: caught x
try { try { throw new IllegalStateException('inner') } finally { log << 'f2' } } catch (e) { println e.class.name + log }  // expect: java.lang.IllegalStateException[try, finally, f2]
try { assert 1 == 2 : 'nope' } catch (AssertionError e) { println e.message }  // expect: nope. Expression: (1 == 2)
try { throw new Exception('outer', new RuntimeException('cause')) } catch (e) { println e.cause.message }  // expect: cause
try { throw new IllegalArgumentException('bad') } catch (RuntimeException e) { println e.toString() }  // expect: java.lang.IllegalArgumentException: bad
try { Integer.parseInt('q') } catch (Exception e) { println e.class.simpleName }  // expect: NumberFormatException
println(new Exception('unthrown').message)  // expect: unthrown
println(new Exception().message)  // expect: null
try { throw new Error('err') } catch (Exception e) { println 'no' } catch (Throwable t) { println t.message }  // expect: err
def v = try_it()
def try_it() { try { 'value' } catch (e) { 'none' } }
println(v)  // expect: value
try { 'abc'.substring(5) } catch (StringIndexOutOfBoundsException e) { println e.message }  // expect: begin 5, end 3, length 3
try { 'abc'.foo(1) } catch (MissingMethodException e) { println e.method }  // expect: foo
