using TalkyWalky.Server.Commands;

return await CommandLine.RunAsync(args, new Terminal(static () => Console.In, Console.Out, Console.Error), TimeProvider.System);
