//! Where a module runs: bounded in time and memory, cut off from everything, and the same on every machine.

use wasmi::{
    Config, EnforcedLimits, Engine, Error, Instance, Linker, Memory, Module, Store, StoreLimits, StoreLimitsBuilder,
    TypedFunc,
};

/// Steps of the interpreter for one value, its instance included.
const FUEL: u64 = 10_000_000;

/// Bytes of memory that an instance may have: 16 MiB.
const MEMORY: usize = 16 << 20;

/// What `mask` gives for null.
const NULL: i64 = -1;

const FAILED: &str = "the module fails on it, or needs more than the steps and memory it may have";
const OUTSIDE: &str = "the module's output lies outside of its memory";
const NO_TEXT: &str = "the module's output is no UTF-8";

/// A module, checked.
pub struct Sandbox {
    engine: Engine,
    module: Module,
}

struct Running {
    store: Store<StoreLimits>,
    memory: Memory,
    alloc: TypedFunc<i32, i32>,
    mask: TypedFunc<(i32, i32, i32), i64>,
}

impl Sandbox {
    /// Checks a module.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn of(bytes: &[u8]) -> Result<Self, &'static str> {
        let engine = Engine::new(&config());
        let module = Module::new(&engine, bytes).map_err(|_| "is no WebAssembly that is taken here")?;
        if module.imports().next().is_some() {
            return Err("imports something; a module gets a text and a seed, and nothing else");
        }
        let sandbox = Sandbox { engine, module };
        sandbox.start().map_err(|_| "does not start, or lacks `memory`, `alloc` or `mask` of the documented types")?;
        Ok(sandbox)
    }

    /// Writes what the module makes of a text, behind what is in the buffer; none where it makes null.
    ///
    /// # Errors
    /// Where the module traps, takes too much, or gives what is no text. Nothing is said of the value.
    pub fn mask(&self, text: &[u8], seed: &[u8; 32], out: &mut Vec<u8>) -> Result<Option<()>, &'static str> {
        let mut running = self.start().map_err(|_| FAILED)?;
        let given = running.call(text, seed).ok_or(FAILED)?;
        if given == NULL {
            return Ok(None);
        }
        let (start, length) = (given as u64 >> 32, given as u64 & u64::from(u32::MAX));
        let end = usize::try_from(start + length).map_err(|_| OUTSIDE)?;
        let output = running.memory.data(&running.store).get(start as usize..end).ok_or(OUTSIDE)?;
        out.extend_from_slice(std::str::from_utf8(output).map_err(|_| NO_TEXT)?.as_bytes());
        Ok(Some(()))
    }

    fn start(&self) -> Result<Running, Error> {
        let limits = StoreLimitsBuilder::new().memory_size(MEMORY).memories(1).instances(1).table_elements(10_000);
        let mut store = Store::new(&self.engine, limits.build());
        store.limiter(|limits| limits);
        store.set_fuel(FUEL)?;
        let instance: Instance = Linker::new(&self.engine).instantiate_and_start(&mut store, &self.module)?;
        let memory = instance.get_memory(&store, "memory").ok_or_else(|| Error::new("no memory"))?;
        let alloc = instance.get_typed_func(&store, "alloc")?;
        let mask = instance.get_typed_func(&store, "mask")?;
        Ok(Running { store, memory, alloc, mask })
    }
}

impl Running {
    fn call(&mut self, text: &[u8], seed: &[u8; 32]) -> Option<i64> {
        let (at, seed_at) = (self.place(text)?, self.place(seed)?);
        self.mask.call(&mut self.store, (at, i32::try_from(text.len()).ok()?, seed_at)).ok()
    }

    fn place(&mut self, bytes: &[u8]) -> Option<i32> {
        let at = self.alloc.call(&mut self.store, i32::try_from(bytes.len()).ok()?).ok()?;
        // An address is 32 bits without a sign.
        self.memory.write(&mut self.store, at as u32 as usize, bytes).ok()?;
        Some(at)
    }
}

/// Not-a-numbers are canonical by the crate's feature `deterministic`; what could differ between machines is off.
fn config() -> Config {
    let mut config = Config::default();
    config.consume_fuel(true).enforced_limits(EnforcedLimits::strict()).set_max_recursion_depth(256);
    config.wasm_multi_memory(false).wasm_custom_page_sizes(false);
    config
}
