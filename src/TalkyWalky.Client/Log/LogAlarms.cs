using Microsoft.Extensions.Logging;
using TalkyWalky.Client.Engine;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Log;

/// <summary>Alarms about the transparency log, each told once while the program runs, and the evidence for them: files that prove by themselves (docs/protocol.md 3.4).</summary>
/// <param name="folder">The profile's.</param>
internal sealed class LogAlarms(string folder, EventHub events, ILogger log)
{
    private const int MaxFiles = 100, MaxTold = 1000;

    private const string Tell = "Tell your administrator: the authority, or someone who controls it, is tampering.";

    private readonly Lock _gate = new();
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <summary>Where the evidence is.</summary>
    public string Folder { get; } = Path.Combine(folder, "evidence");

    public Task SplitViewAsync(LogEvidence? evidence) => RaiseAsync(
        "a split view", evidence, "There are two versions of the transparency log: somebody is shown another one than you, so that a key could be added unseen. What came with the other one is not used here. ");

    public Task RolledBackAsync() => RaiseAsync(
        "a rolled-back log", null,
        "The server shows the transparency log as it was earlier and signed that anew: it was restored from an old copy, or somebody takes back what was logged. This device goes on with what it knows. ");

    /// <param name="kind">For the log.</param>
    /// <param name="what">Sentences, with a space behind them.</param>
    public async Task RaiseAsync(string kind, LogEvidence? evidence, string what)
    {
        var where = evidence is null || !Keep(evidence) ? "" : $" The proof is in the folder {Folder}; talkywalky log verify shows it to anyone.";
        lock (_gate)
        {
            if (_told.Count >= MaxTold) _told.Clear();
            if (!_told.Add(what + where)) return;
        }

        ClientLog.LogAlarmed(log, kind);
        await events.AlarmAsync(what + Tell + where);
    }

    private bool Keep(LogEvidence evidence)
    {
        var file = evidence.Encode();
        var path = Path.Combine(Folder, $"{Digest.Sha256(file).ToString()[..16]}.json");
        try
        {
            OwnerOnly.MakeFolder(Folder);
            if (File.Exists(path)) return true;
            if (Directory.EnumerateFiles(Folder).Take(MaxFiles).Count() == MaxFiles) return true; // there is enough
            using var stream = new FileStream(path, OwnerOnly.File(FileMode.Create));
            stream.Write(file);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            ClientLog.EvidenceNotKept(log, failure);
            return false;
        }
    }
}
