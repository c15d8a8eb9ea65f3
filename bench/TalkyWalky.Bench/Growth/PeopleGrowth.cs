using TalkyWalky.Engines;
using TalkyWalky.Engines.Embedded;

namespace TalkyWalky.Bench.Growth;

/// <summary>The built-in directory.</summary>
internal static class PeopleGrowth
{
    private const int Looks = 2000, AtOnce = 200;

    /// <summary>Microseconds for one person by name.</summary>
    public static async Task<double> FindAsync(int people, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("talkywalky-growth-");
        try
        {
            await using var engines = await EmbeddedEngines.OpenAsync(
                Path.Combine(folder.FullName, "bench.db"), new EmbeddedOptions(MailboxLimits.Default, PasswordIterations: 1), TimeProvider.System, cancellation);
            foreach (var some in Enumerable.Range(0, people).Chunk(AtOnce))
                await Task.WhenAll(some.Select(n => engines.Directory.AddAsync(new NewAccount($"user{n}", "a password to measure", $"User {n}", Mail: null), cancellation)));
            return 1000 / (double)Looks * await Measurement.ProcessorAsync(async () =>
            {
                for (var n = 0; n < Looks; n++)
                {
                    if (await engines.Directory.FindAsync($"user{(long)n * people / Looks}", cancellation) is null) throw new InvalidOperationException("somebody is not found");
                }
            });
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
