using TalkyWalky.Cli;
using TalkyWalky.Cli.Terminals;
using TalkyWalky.Client.Agent;

var host = new CliHost(StandardStreams.Open(), Environment.GetEnvironmentVariable, TimeProvider.System, new Profiles());
return await CommandLineRun.RunAsync(args, host);
