// Presets before an array of arguments: a method fills its presets first; a closure is called only where one way fits.
def some(a, b = 2, Object... rest) { "$a $b $rest" }
def first(a = 1, Object... rest) { "$a $rest" }
def middle(a = 1, b, Object... rest) { "$a $b $rest" }
def texts(String a, b = 2, String... rest) { "$a $b $rest" }
def whole(int a, int b = 2, String... rest) { "$a $b $rest" }
def preset(a = 1, Object[] rest = [9] as Object[]) { "$a $rest" }
println "${some(1)}, ${some(1, 5)}, ${some(1, 5, 6)}, ${some(1, 5, 6, 7)}, ${some(1, [7, 8])}, ${some(1, 5, [7, 8])}"
println "${some(1, [7, 8] as Object[])}, ${some(1, 5, [7, 8] as Object[])}, ${some([7, 8] as Object[])}, ${some(1, null)}"
println "${first()}, ${first(5)}, ${first(5, 6)}, ${first([7] as Object[])}"
println "${middle(5)}, ${middle(5, 6)}, ${middle(5, 6, 7)}"
println "${texts('a')}, ${texts('a', 'z')}, ${texts('a', 3, 'z', 'y')}, ${texts('a', ['y'] as String[])}, ${texts('a', ['y'])}"
println "${whole(1)}, ${whole(1, 3)}, ${whole(1, 's')}, ${whole(1, 3, 's')}, ${whole(1, 's', 't')}"
println "${preset()}, ${preset(5)}, ${preset(5, 6)}, ${preset(5, 6, 7)}, ${preset([5] as Object[])}"
def refused = { call ->
  try { call() } catch (MissingMethodException e) { 'refused' }
}
def some_closure = { a, b = 2, Object... rest -> "$a $b $rest" }
println "${[[1], [1, 5], [1, 5, 6], [1, 3, 4, 5]].collect { all -> refused { some_closure(*all) } }}"
println "${some_closure(1, [7] as Object[])}, ${some_closure(1, 5, [7] as Object[])}, ${some_closure(1, null)}, ${some_closure([1, 5])}"
def first_closure = { a = 1, Object... rest -> "$a $rest" }
println "${first_closure()}, ${refused { first_closure(5) }}, ${first_closure(5, [7] as Object[])}"
def two_closure = { a, b, c = 3, Object... rest -> "$a $b $c $rest" }
println "${refused { two_closure(1) }}, ${two_closure(1, 5)}, ${refused { two_closure(1, 5, 6) }}"
def texts_closure = { String a, b = 2, String... rest -> "$a $b $rest" }
println "${texts_closure('a')}, ${refused { texts_closure('a', 'z') }}, ${texts_closure('a', 1, 'y')}, ${refused { texts_closure('a', 'z', 'y') }}"
def preset_closure = { a = 1, Object[] rest = [9] as Object[] -> "$a $rest" }
println "${preset_closure()}, ${preset_closure(5)}, ${preset_closure(5, 6)}, ${preset_closure(5, 6, 7)}"
def words = { String... rest -> "$rest" }
println "${words('a', "${1}")}, ${refused { words(1) }}"
class Pair {
  def text
  Pair(a, b = 2, Object... rest) { text = "$a $b $rest" }
  static of(a, b = 2, Object... rest) { "$a $b $rest" }
}
println "${new Pair(1).text}, ${new Pair(1, 5).text}, ${new Pair(1, 5, 6).text}, ${Pair.of(1)}, ${Pair.of(1, 5)}, ${Pair.of(1, 5, 6)}"
// expect: 1 2 [], 1 5 [], 1 5 [6], 1 5 [6, 7], 1 [7, 8] [], 1 5 [[7, 8]]
// expect: 1 2 [7, 8], 1 5 [7, 8], [7, 8] 2 [], 1 2 null
// expect: 1 [], 5 [], 5 [6], 1 [7]
// expect: 1 5 [], 5 6 [], 5 6 [7]
// expect: a 2 [], a z [], a 3 [z, y], a 2 [y], a [y] []
// expect: 1 2 [], 1 3 [], 1 2 [s], 1 3 [s], 1 2 [s, t]
// expect: 1 [9], 5 [9], 5 [6], 5 [6, 7], [5] [9]
// expect: [1 2 [], refused, refused, refused]
// expect: 1 2 [7], 1 5 [7], 1 2 null, [1, 5] 2 []
// expect: 1 [], refused, 5 [7]
// expect: refused, 1 5 3 [], refused
// expect: a 2 [], refused, a 1 [y], refused
// expect: 1 [9], 5 [9], 5 [6], 5 [6, 7]
// expect: [a, 1], refused
// expect: 1 2 [], 1 5 [], 1 5 [6], 1 2 [], 1 5 [], 1 5 [6]
