using TalkyWalky.Engines;

namespace TalkyWalky.Server.Diagnosis;

/// <summary>A part of the set-up that <c>doctor</c> looks at: findings in the order in which it was looked.</summary>
internal sealed record DoctorPart(string Name, Func<CancellationToken, Task<IReadOnlyList<Finding>>> LookAsync);
