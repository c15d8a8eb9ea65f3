using TalkyWalky.Cli;
using TalkyWalky.Cli.Terminals;

var host = new CliHost(StandardStreams.Open(), Environment.GetEnvironmentVariable, TimeProvider.System, new Engine());
return await CommandLineRun.RunAsync(args, host);
