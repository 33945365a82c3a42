using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Changes;

/// <summary>A plan as lines of text, as <c>-WhatIf</c> shows it.</summary>
public static class PlanText
{
    private const int Gap = 2;
    private const int Indent = 2;

    // The key under which a VM keeps what it was like before; Passthrough writes it.
    private const string UndoRecordKey = "gpuvsphere.before";

    private static readonly string[] s_headings = ["Object", "Property", "Before", "After", "Needs"];

    /// <summary>Lays a plan out as text.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="width">The columns there are, 40 or more; a narrower screen is treated as 40. Longer texts are wrapped within their column.</param>
    /// <returns>The lines without line ends; none longer than <paramref name="width"/> but those of a next step that are to be copied as they are.</returns>
    public static IReadOnlyList<string> Lines(ChangePlan plan, int width = 120)
    {
        width = Math.Max(width, 40);
        List<string> lines = [];
        int changes = plan.Changes.Count();
        int objects = plan.Changes.Select(change => change.Target).Distinct().Count();
        lines.AddRange(Wrap(
            changes == 0
                ? plan.Intent.Title + (plan.Findings.Any(finding => finding.Blocks) ? ": nothing can be done as things are." : ": nothing to change.")
                : $"{plan.Intent.Title}: {Count(changes, "change")} of {Count(objects, "object")}.",
            width));

        int[] widths = Widths(plan, width);
        foreach (ChangeStage stage in plan.Stages.Where(stage => stage.Changes.Count > 0))
        {
            lines.Add(string.Empty);
            lines.AddRange(Wrap(
                stage.Barrier is null ? $"Stage {stage.Number}" : $"Stage {stage.Number}, after: {stage.Barrier} (read again there; this is what is expected)",
                width));
            AddRow(lines, widths, s_headings);
            AddRow(lines, widths, s_headings.Select(heading => new string('-', heading.Length)).ToArray());
            foreach (PlannedChange change in stage.Changes)
            {
                AddRow(lines, widths, Cells(change, stage));
            }
        }

        if (plan.Consequences.Count > 0)
        {
            lines.Add(string.Empty);
            foreach (PlanConsequence consequence in plan.Consequences)
            {
                lines.AddRange(Wrap($"{consequence.Target.Name}: {consequence.Text}", width));
            }
        }

        if (plan.Findings.Count > 0)
        {
            lines.Add(string.Empty);
            foreach (Finding finding in plan.Findings.OrderByDescending(finding => finding.Blocks).ThenByDescending(finding => finding.Severity))
            {
                string word = finding.IsSkipped ? "SKIPPED" : finding.Severity switch
                {
                    FindingSeverity.Block => "BLOCKED",
                    FindingSeverity.Warning => "WARNING",
                    _ => "NOTE",
                };
                string[] said = $"{word} {finding.RuleId} {finding.Target.Name}: {finding.Message}{(finding.NextStep is null ? string.Empty : " " + finding.NextStep)}".Split('\n');
                lines.AddRange(Wrap(said[0], width));

                // What follows on lines of its own is to be copied and typed: it stays as it is, however long.
                lines.AddRange(said.Skip(1));
            }
        }

        return lines;
    }

    private static string[] Cells(PlannedChange change, ChangeStage stage) =>
    [
        change.Target.Name,
        change.Property,
        change.Before is null ? "(absent)" : Shown(change.Property, change.Before),
        change.After is null ? (stage.Barrier is null ? "(removed)" : "(not known yet)") : Shown(change.Property, change.After),
        Needs(change.Needs),
    ];

    // What the record holds is said by the other rows, and its text is for machines.
    private static string Shown(string property, string value) => property == UndoRecordKey ? "(undo record)" : value;

    private static string Needs(ChangeNeeds needs)
    {
        List<string> words = [];
        if ((needs & ChangeNeeds.PowerOff) != 0)
        {
            words.Add("power-off");
        }

        if ((needs & ChangeNeeds.MaintenanceMode) != 0)
        {
            words.Add("maintenance mode");
        }

        if ((needs & ChangeNeeds.Reboot) != 0)
        {
            words.Add("reboot");
        }

        return string.Join(", ", words);
    }

    // One set of widths for all stages, so that the eye can go down a column; the widest column gives way first.
    private static int[] Widths(ChangePlan plan, int width)
    {
        int[] widths = s_headings.Select(heading => heading.Length).ToArray();
        foreach (ChangeStage stage in plan.Stages)
        {
            foreach (PlannedChange change in stage.Changes)
            {
                string[] cells = Cells(change, stage);
                for (int i = 0; i < widths.Length; i++)
                {
                    widths[i] = Math.Max(widths[i], cells[i].Length);
                }
            }
        }

        int room = width - Indent - Gap * (widths.Length - 1);
        while (widths.Sum() > room)
        {
            widths[Array.IndexOf(widths, widths.Max())]--;
        }

        return widths;
    }

    private static void AddRow(List<string> lines, int[] widths, string[] cells)
    {
        List<string>[] wrapped = cells.Select((cell, index) => Wrap(cell, widths[index])).ToArray();
        int height = wrapped.Max(cell => cell.Count);
        for (int row = 0; row < height; row++)
        {
            string line = new(' ', Indent);
            for (int column = 0; column < widths.Length; column++)
            {
                string text = row < wrapped[column].Count ? wrapped[column][row] : string.Empty;
                line += text.PadRight(widths[column]) + new string(' ', Gap);
            }

            lines.Add(line.TrimEnd());
        }
    }

    private static List<string> Wrap(string text, int width)
    {
        List<string> lines = [];
        string line = string.Empty;
        foreach (string word in text.Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            string rest = word;
            if (line.Length > 0 && line.Length + 1 + rest.Length <= width)
            {
                line += " " + rest;
                continue;
            }

            if (line.Length > 0)
            {
                lines.Add(line);
            }

            while (rest.Length > width)
            {
                lines.Add(rest.Substring(0, width));
                rest = rest.Substring(width);
            }

            line = rest;
        }

        if (line.Length > 0 || lines.Count == 0)
        {
            lines.Add(line);
        }

        return lines;
    }

    private static string Count(int number, string noun) => number == 1 ? "1 " + noun : number + " " + noun + "s";
}
