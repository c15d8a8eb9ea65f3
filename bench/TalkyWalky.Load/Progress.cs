using System.Diagnostics;
using System.Globalization;

namespace TalkyWalky.Load;

/// <summary>What runs now, and about how long the rest takes: a turn's last run tells of its next ones, a guess of those that had none.</summary>
internal sealed class Progress(IReadOnlyList<IReadOnlyList<Turn>> groups, TextWriter output)
{
    private readonly Dictionary<Turn, int> _left = groups.SelectMany(static group => group).ToDictionary(static turn => turn, static turn => turn.Runs);
    private readonly Dictionary<Turn, TimeSpan> _seen = [];
    private long _begun = Stopwatch.GetTimestamp();

    public TimeSpan Estimate => TimeSpan.FromSeconds(_left.Sum(turn => turn.Value * _seen.GetValueOrDefault(turn.Key, turn.Key.Measurement.Guess).TotalSeconds));

    public async Task BeginAsync(Turn turn, int run)
    {
        _begun = Stopwatch.GetTimestamp();
        await output.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"[{_left.Values.Sum()} runs left, about {Math.Ceiling(Estimate.TotalMinutes):0} min] {turn}, run {run}: "));
    }

    /// <summary>It ended.</summary>
    public void Left(Turn turn, int runs)
    {
        _seen[turn] = Stopwatch.GetElapsedTime(_begun);
        _left[turn] = runs;
    }
}
