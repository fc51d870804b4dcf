// Static members without their class.
import static java.lang.Math.max
import static java.lang.Math.max as larger
import static java.lang.Integer.*
import static java.util.Collections.emptyList

println(max(1, 2))  // expect: 2
println(larger(5, 2))  // expect: 5
println MAX_VALUE  // expect: 2147483647
println(parseInt('12') + 1)  // expect: 13
println emptyList()  // expect: []
println([1, 2, 3].collect { max(it, 2) })  // expect: [2, 2, 3]
println "${max(3, 4)}"  // expect: 4
def parseInt = { 'a variable' }
println parseInt('1')  // expect: a variable
class Inside { static most(x) { max(x, 10) } }
println Inside.most(3)  // expect: 10
