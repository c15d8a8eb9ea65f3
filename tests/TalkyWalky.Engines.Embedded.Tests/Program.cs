namespace TalkyWalky.Engines.Embedded.Tests;

internal static class Program
{
    public static async Task<int> Main(string[] args) => args is ["publish", var file, var device] ? await CrashedPublisher.RunAsync(file, device) : 2;
}
