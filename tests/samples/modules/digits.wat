;; Replaces every digit by another, drawn from the seed; all else stays.
(module
  (memory (export "memory") 2)
  (global $free (mut i32) (i32.const 1024))
  ;; Room for so many bytes, behind that given before. Every value meets a new instance: nothing is to be freed.
  (func (export "alloc") (param $length i32) (result i32)
    (global.get $free)
    (global.set $free (i32.add (global.get $free) (local.get $length))))
  (func (export "mask") (param $text i32) (param $length i32) (param $seed i32) (result i64)
    (local $at i32)
    (local $place i32)
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $length)))
        (local.set $place (i32.add (local.get $text) (local.get $at)))
        (if (i32.lt_u (i32.sub (i32.load8_u (local.get $place)) (i32.const 48)) (i32.const 10))
          (then
            (i32.store8
              (local.get $place)
              (i32.add
                (i32.const 48)
                (i32.rem_u
                  (i32.load8_u (i32.add (local.get $seed) (i32.and (local.get $at) (i32.const 31))))
                  (i32.const 10))))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
    ;; Where the output stands, and its length.
    (i64.or
      (i64.shl (i64.extend_i32_u (local.get $text)) (i64.const 32))
      (i64.extend_i32_u (local.get $length)))))
