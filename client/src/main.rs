//! Reads the arguments, runs a command or the screen, and ends with its code.

use chat_client::headless::{self, arguments::Arguments, context::Context, exit::Stop};
use chat_client::{first_run, net, ui};
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(code) => code,
        Err(stop) => stop.report(),
    }
}

fn run(arguments: Arguments) -> Result<ExitCode, Stop> {
    let context = Context::new(&arguments.global, arguments.link.as_deref())?;
    let runtime = net::runtime()?;
    if let Some(command) = arguments.command {
        runtime.block_on(headless::run(&context, command))?;
        return Ok(ExitCode::SUCCESS);
    }
    let startup = runtime.block_on(first_run::prepare(context))?;
    drop(runtime);
    ui::run(startup).map_err(|error| Stop::CannotConnect(error.to_string()))?;
    Ok(ExitCode::SUCCESS)
}
