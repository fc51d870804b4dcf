// Classes of values, and what a cast to a primitive says.
println 'a,b'.split(',').class.simpleName  // expect: String[]
println 'a,b'.split(',').getClass().name  // expect: [Ljava.lang.String;
println "${1}".class.name  // expect: org.codehaus.groovy.runtime.GStringImpl
println([1, 2].getClass().simpleName)  // expect: ArrayList
println 'a'.class.superclass.name  // expect: java.lang.Object
class Point { int x; Point(int x) { this.x = x } }
println Point.newInstance(3).x  // expect: 3
try { int x = 'abc' } catch (ClassCastException e) { println e.message }
// expect: Cannot cast object 'abc' with class 'java.lang.String' to class 'int'
try { int x = [1] as int } catch (ClassCastException e) { println e.message }
// expect: Cannot cast object '[1]' with class 'java.util.ArrayList' to class 'int'
try { Integer x = 'abc' } catch (ClassCastException e) { println e.message }
// expect: Cannot cast object 'abc' with class 'java.lang.String' to class 'java.lang.Integer'
try { char x = 'ab' } catch (ClassCastException e) { println e.message }
// expect: Cannot cast object 'ab' with class 'java.lang.String' to class 'char'
println sprintf('%s-%d', 'x', 3)  // expect: x-3
