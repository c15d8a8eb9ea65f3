using TalkyWalky.Load.Reporting;

namespace TalkyWalky.Load;

/// <summary>Runs what is planned. A run that was disturbed is repeated, while there are tries left.</summary>
internal sealed class Bench(IReadOnlyList<IReadOnlyList<Turn>> groups, TextWriter output)
{
    private readonly Progress _progress = new(groups, output);
    private readonly List<RunRecord> _records = [];
    private readonly List<Skip> _failed = [];

    public IReadOnlyList<RunRecord> Records => _records;

    /// <summary>A peer broke down in the middle of something; what was measured before is kept.</summary>
    public IReadOnlyList<Skip> Failed => _failed;

    public async Task RunAsync(CancellationToken cancellation)
    {
        foreach (var group in groups) await RunAsync(group, cancellation);
    }

    private async Task RunAsync(IReadOnlyList<Turn> group, CancellationToken cancellation)
    {
        var left = group.ToDictionary(static turn => turn, static turn => turn.Runs);
        for (var run = 1; left.Count > 0; run++)
        {
            foreach (var turn in left.Keys.ToList())
            {
                try
                {
                    if (await TryRunAsync(turn, run, cancellation)) left[turn]--;
                    if (left[turn] == 0 || run >= turn.Tries) left.Remove(turn);
                }
                catch (Exception failure) when (!cancellation.IsCancellationRequested)
                {
                    left.Remove(turn);
                    _failed.Add(new Skip(turn.Peer, turn.Measurement.Rows, turn.Transport, $"run {run} failed: {failure.Message.Split('\n')[0]}"));
                    await output.WriteLineAsync($"failed: {failure}");
                }

                _progress.Left(turn, left.GetValueOrDefault(turn));
            }
        }
    }

    /// <summary>True when it counts: nothing disturbed it.</summary>
    private async Task<bool> TryRunAsync(Turn turn, int run, CancellationToken cancellation)
    {
        await _progress.BeginAsync(turn, run);
        var measured = await turn.RunAsync(cancellation);
        _records.AddRange(measured.Select(one => RunRecord.Of(one, turn.Peer, turn.Transport, run)));
        var disturbed = measured.Count(static one => one.Cpu.IsDisturbed);
        var first = string.Join("; ", measured.Select(static one => FormattableString.Invariant($"{one.Figures[0].Value:#,0.##} {one.Figures[0].Name}")));
        await output.WriteLineAsync(disturbed == 0 ? first : $"{first} (disturbed: {disturbed} of {measured.Count})");
        return disturbed == 0;
    }
}
