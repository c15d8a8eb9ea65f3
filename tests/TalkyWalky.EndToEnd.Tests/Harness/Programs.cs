using System.Diagnostics;
using System.Text;
using TalkyWalky.Testing;

namespace TalkyWalky.EndToEnd.Tests.Harness;

/// <summary>The built programs, run as a user runs them.</summary>
internal static class Programs
{
    public static string Server { get; } = Built("talkywalkyd");

    public static string Client { get; } = Built("talkywalky");

    public static async Task<Finished> RunAsync(
        string program, IEnumerable<string> arguments, string? input = null, IReadOnlyDictionary<string, string>? environment = null, int seconds = 90)
    {
        using var process = Process.Start(Describe(program, arguments, environment))!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException late)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{Path.GetFileName(program)} {string.Join(' ', arguments)} ran longer than {seconds} s; out: {await output} err: {await errors}", late);
        }

        return new Finished(process.ExitCode, await output, await errors);
    }

    public static ProcessStartInfo Describe(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment)
    {
        var info = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
            UseShellExecute = false,
            WorkingDirectory = Repository.Root,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal)) info.Environment[name] = value;
        return info;
    }

    private static string Built(string name)
    {
        var file = Path.Combine(Repository.Root, "dist", name);
        return File.Exists(file) ? file : throw new InvalidOperationException($"dist/{name} is not built; ./test builds it first");
    }
}

internal sealed record Finished(int Exit, string Output, string Errors)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public Finished Expect(int exit)
    {
        Assert.True(exit == Exit, $"exit {Exit}, not {exit}\nstdout: {Output}\nstderr: {Errors}");
        Assert.DoesNotContain("   at ", Errors, StringComparison.Ordinal);
        return this;
    }
}
