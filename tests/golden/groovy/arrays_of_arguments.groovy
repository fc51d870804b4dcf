// An array as the last parameter takes what is left, also nothing; a list is one of these.
def many = { Object[] xs -> xs == null ? -1 : xs.size() }
println "${many()} ${many(1)} ${many(1, 2)} ${many(null)} ${many([1, 2] as Object[])} ${many([1, 2])} ${[1, 2].collect(many)}"
def texts = { String[] xs -> xs.size() }
println "${texts()} ${texts('a', 'b')} ${({ a, Object[] xs -> xs.size() })(1)} ${({ a, Object[] xs -> xs.size() })(1, 2, 3)} ${({ int[] xs -> xs.size() })()}"
def count(Object[] xs) { xs == null ? -1 : xs.size() }
def after(a, Object... xs) { xs == null ? -1 : xs.size() }
println "${count()} ${count(null)} ${count([1, 2])} ${after(1)} ${after(1, [2, 3])} ${after(1, 2, 3)}"
println "${[[3, 'c'], [1, 'a']].sort()} ${[[3], [1, 2]].sort()} ${[[a: 1], [b: 2]].sort()} ${[[3, 'c'], [1, 'a']].sort { it }} ${['b', 'a'].sort { [it] }}"
try { [a: 1].removeAll { k, v -> true } } catch (MissingMethodException e) { println 'as in Groovy 2.4' }
// expect: 0 1 2 -1 2 1 [1, 1]
// expect: 0 2 0 2 0
// expect: 0 -1 1 0 1 2
// expect: [[1, a], [3, c]] [[3], [1, 2]] [[b:2], [a:1]] [[1, a], [3, c]] [a, b]
// expect: as in Groovy 2.4
int[][] rows = [[1, 2], [3]]
String[][] names = [['a'], ['b']]
println "${rows[0][1]} ${rows} ${names[1][0]} ${([[1, 2], [3]] as int[][])[1][0]} ${rows.length}"
// expect: 2 [[1, 2], [3]] b 3 2
// Arrays of several dimensions, and an array that stays what it is.
def table = new int[2][3]
table[1][2] = 5
def open = new String[2][]
open[0] = ['a'] as String[]
println "${table} ${table[0].length} ${new boolean[1][2]} ${new int[2][0]} ${new Object[1][2][1]} ${open}"
def side = { it + 1 }
println "${new int[side(0)][side(1)]}"
int[] one = [1, 2]
int[] same = one
same[0] = 9
println "${one} ${one.is(one as int[])}"
try { new int[2][-1] } catch (NegativeArraySizeException e) { println e.message }
// expect: [[0, 0, 0], [0, 0, 5]] 3 [[false, false]] [[], []] [[[null], [null]]] [[a], null]
// expect: [[0, 0]]
// expect: [9, 2] true
// expect: -1
// What is put into an array becomes what its type says.
def numbers = new int[2]
numbers[0] = 1.7
numbers[1] += 2.9
def words = new String[2]
words[0] = 5
def real = new double[1]
real[0] = 3
println "${numbers} ${words[0].class.simpleName} ${real} ${new double[1]} ${new float[1]} ${(new long[1])[0].class.simpleName} ${(int) (new char[1])[0]}"
def anything = new Object[1]
anything[0] = 1.7
println anything
// expect: [1, 2] String [3.0] [0.0] [0.0] Long 0
// expect: [1.7]
