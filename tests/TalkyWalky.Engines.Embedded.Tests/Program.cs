namespace TalkyWalky.Engines.Embedded.Tests;

internal static class Program
{
    public static async Task<int> Main(string[] args) => args switch
    {
        ["publish", var file, var device] => await CrashedPublisher.RunAsync(file, device),
        ["log", var file] => await CrashedLog.RunAsync(file),
        _ => 2,
    };
}
